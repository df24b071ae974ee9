"""The models against vectors that the published code produced, in float64."""

from pathlib import Path

import numpy as np
import pytest
import torch

import rsa_edu as rsa

WEIGHTS = ("weight_ih", "weight_hh", "bias", "query", "key", "energy")
MODELS = {"relrnn": rsa.models.RelRNN, "rellstm": rsa.models.RelLSTM, "memrnn": rsa.models.MemRNN}


def golden(name):
    path = Path(__file__).parents[1] / "golden" / f"{name}.npz"
    return {key: torch.as_tensor(value) for key, value in np.load(path).items()}


def build(name, vectors):
    """The model of this name with the weights of the vectors."""
    input_size, hidden_size = vectors["x"].shape[2], vectors["h"].shape[2]
    budget = {}
    if "nu" in vectors:
        budget = {"buffer_size": int(vectors["nu"]), "relevant_size": int(vectors["rho"])}
    model = MODELS[name](input_size, hidden_size, **budget).double()
    with torch.no_grad():
        for weight in WEIGHTS:
            parameter = getattr(model, weight)
            parameter.copy_(vectors[weight].reshape(parameter.shape))
    return model


@pytest.fixture(params=["torch", "compiled"], autouse=True)
def path(request):
    """Both paths are held to the same vectors."""
    with rsa.backend(request.param):
        yield request.param


@pytest.fixture(params=MODELS)
def case(request):
    vectors = golden(request.param)
    return vectors, build(request.param, vectors)


def test_hidden_states_and_attention(case, path):
    """The model would not be the published one."""
    vectors, model = case
    out, _, trace = model(vectors["x"], return_trace=True)
    assert trace.path == path
    torch.testing.assert_close(out, vectors["h"], rtol=0, atol=1e-10)
    torch.testing.assert_close(trace.attention, vectors["attention"], rtol=0, atol=1e-10)


@pytest.mark.parametrize("name", ["relrnn", "rellstm"])
def test_relevant_set(name):
    """Screening would keep other states than the published code, at some step."""
    vectors = golden(name)
    *_, trace = build(name, vectors)(vectors["x"], return_trace=True)
    torch.testing.assert_close(trace.relevant, vectors["slot_ids"])


def test_gradients(case):
    """The gradient would not flow where the published code lets it flow."""
    vectors, model = case
    flow = rsa.gradient_flow(model, vectors["x"], loss=lambda out: (vectors["w"] * out).sum())
    torch.testing.assert_close(flow.total_vectors, vectors["dL_dh"], rtol=0, atol=1e-8)
    (vectors["w"] * model(vectors["x"])[0]).sum().backward()
    for weight in WEIGHTS:
        gradient = getattr(model, weight).grad
        expected = vectors[f"grad_{weight}"].reshape(gradient.shape)
        torch.testing.assert_close(gradient, expected, rtol=0, atol=1e-8, msg=weight)
