"""The exercises, one module a notebook, called as the notebook is without its number."""
