"""Which recipe and learning rate suit which model: what the sweep `rates` gave, and its verdict."""

from rsa_edu.points import Point
from rsa_edu.results.measured import sweep


def chosen() -> dict[str, Point]:
    """Model -> the best of its tries: most seeds at the target, then fewest updates to it, then the
    highest accuracy in training. A try whose training diverged in any seed comes last."""
    return {model: max(points, key=_merit) for model, points in _tried().items()}


def table() -> str:
    """All tries in words: a line each, the best of each model marked."""
    lines = ["mean accuracy of the last 50 updates, seed by seed; > the best try of a model"]
    for model, points in _tried().items():
        best = max(points, key=_merit)
        for point in points:
            words = point.settings
            recipe = "a new delay each time" if words["vary_delay"] else "one delay"
            ended = "   ".join(_ended(run) for run in point.runs)
            mark = ">" if point is best else " "
            lines.append(f"{mark} {model:13} {recipe:21} rate {words['learning_rate']:<7g} {ended}")
    return "\n".join(lines)


def _tried() -> dict[str, list[Point]]:
    tried: dict[str, list[Point]] = {}
    for point in sweep("rates").points:
        tried.setdefault(point.settings["model"], []).append(point)
    return tried


def _merit(point: Point) -> tuple:
    updates, accuracy = point.spread("updates"), point.of(_accuracy)
    return (
        all(run.result["ended"] != "diverged" for run in point.runs),
        len(updates.values) if updates else 0,
        -updates.mean if updates else 0.0,
        accuracy.mean if accuracy else 0.0,
    )


def _accuracy(run) -> float | None:
    return run.result["training_accuracy"]


def _ended(run) -> str:
    if run.result["ended"] == "diverged":
        return f"diverged after {run.updates}"
    said = f"{run.result['training_accuracy']:.2f}"
    return f"{said} after {run.updates}" if run.result["ended"] == "target" else said
