"""How an order of hops is called and drawn, the same in every figure."""

COLORS = ("#7c7c7c", "#d55e00", "#1a7ab8", "#009e73", "#c08000", "#b8629a")
"""Of 0, 1, 2, .. hops; grey is the recurrence alone."""
REST = "#8f6fc9"
MORE = len(COLORS)
"""The place of the rest, whatever the highest order that is shown on its own."""
TOTAL = "rgba(128, 128, 128, 0.32)"
"""The band behind the orders: all of them together."""


def places(orders: int) -> list[int]:
    """Of `orders` rows 0, 1, .., R hops and the rest."""
    return [*range(orders - 1), MORE]


def name(place: int) -> str:
    """What the order at this place is called."""
    if place == MORE:
        return "more"
    return "1 hop" if place == 1 else f"{place} hops"


def color(place: int) -> str:
    """The colour of the order at this place."""
    return REST if place == MORE else COLORS[place]


def line(place: int, width: float = 2.5) -> dict:
    """Its line, for a plotly trace."""
    dash = "dot" if place == MORE else "dash" if place == 0 else "solid"
    return {"color": color(place), "width": width, "dash": dash}
