"""Attention Lab: the frame, then the page that was asked for."""

import streamlit as st

from pages.shared import start

st.set_page_config(page_icon="🔦")
start.run()
