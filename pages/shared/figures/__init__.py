"""Arrays turned into charts: pure functions that know neither Streamlit nor languages."""
