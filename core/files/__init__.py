"""Tensors from a reader's file: checked before they are unpacked, then found their parts."""
