"""Models, policies and tasks by their names, as checkpoints, plans and stored runs write them."""

from rsa_edu import models, tasks

MODELS = {
    name: getattr(models, name)
    for name in (
        *("RNN", "LSTM", "MemRNN", "MemLSTM", "RelRNN", "RelLSTM"),
        *("OrthogonalRNN", "ExpRNN", "SAB", "Transformer"),
    )
}
POLICIES = {
    name: getattr(models, name)
    for name in (
        "Everything",
        "Screening",
        "Window",
        "Sinks",
        "HeavyHitters",
        "Random",
        "LowestAttention",
    )
}
TASKS = {name: getattr(tasks, name) for name in ("Copy", "Denoise")}
