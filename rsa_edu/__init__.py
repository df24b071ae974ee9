"""Understand the tradeoff between recurrence and self-attention."""
