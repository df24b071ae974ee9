"""Plain numbers -> plotly figures: one theme, one palette; no torch, no widgets."""
