"""The Transformer: torch's own, causal, with the call of a recurrence."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import rsa_edu as rsa
from rsa_edu.models import RNN, Transformer
from rsa_edu.models.transformer import positions

D, H = 3, 8


def make(seed=0, **settings):
    return Transformer(D, H, generator=torch.Generator().manual_seed(seed), **settings).double()


def inputs(T, B, seed=0):
    return torch.randn(T, B, D, generator=torch.Generator().manual_seed(seed)).double()


@pytest.mark.filterwarnings("ignore:enable_nested_tensor:UserWarning")
@pytest.mark.parametrize("heads", [1, 4])
@pytest.mark.parametrize("layers", [1, 3])
def test_equals_torch(layers, heads):
    """The model would not be the one of torch.nn.TransformerEncoder."""
    ours = make(layers=layers, heads=heads)
    layer = torch.nn.TransformerEncoderLayer(
        H, heads, 4 * H, dropout=0.0, activation="gelu", norm_first=True
    )
    theirs = torch.nn.TransformerEncoder(layer, layers, torch.nn.LayerNorm(H)).double()
    for block, layer in zip(ours.blocks, theirs.layers, strict=True):
        layer.self_attn.load_state_dict(block.attention.state_dict())
        layer.linear1.load_state_dict(block.up.state_dict())
        layer.linear2.load_state_dict(block.down.state_dict())
        layer.norm1.load_state_dict(block.attention_norm.state_dict())
        layer.norm2.load_state_dict(block.mlp_norm.state_dict())
    x = inputs(9, 2)
    z = x @ ours.weight_ih.mT + ours.bias + positions(0, x, H)
    future = torch.ones(9, 9).triu(1).bool()
    torch.testing.assert_close(ours(x)[0], theirs(z, mask=future))


@given(T=st.integers(2, 12), t=st.integers(0, 11), seed=st.integers(0, 100), read=st.booleans())
@settings(deadline=None, max_examples=30)
def test_is_causal(T, t, seed, read):
    """A step would see the future."""
    t = min(t, T - 1)
    net, x = make(seed), inputs(T, 2, seed)
    other = x.clone()
    other[t] += 1.0
    before, after = (net(x, return_trace=read)[0] for x in (x, other))
    torch.testing.assert_close(before[:t], after[:t])
    assert (before[t:] != after[t:]).flatten(1).any(1).all()


@given(T=st.integers(1, 12), cut=st.integers(0, 11), B=st.integers(1, 3))
@settings(deadline=None, max_examples=30)
def test_trace(T, cut, B):
    """A row would not be the attention over the steps so far, its own among them."""
    net, x = make(), inputs(T, B)
    out, _, trace = net(x, return_trace=True)
    torch.testing.assert_close(out, net(x)[0])  # torch takes another way when it shows attention
    assert trace.attention.shape == trace.positions.shape == trace.scores.shape == (T, B, T)
    assert trace.relevant.shape == (T, B, 0)
    for t in range(T):
        for b in range(B):
            seen = [*range(t + 1), *[-1] * (T - t - 1)]
            assert trace.positions[t, b].tolist() == seen
    torch.testing.assert_close(trace.attention.sum(2), torch.ones(T, B).double())
    assert (trace.attention[trace.positions < 0] == 0).all()
    if 0 < cut < T:
        _, state = net(x[:cut])
        *_, rest = net(x[cut:], state, return_trace=True)
        torch.testing.assert_close(rest.attention, trace.attention[cut:])
        torch.testing.assert_close(rest.positions, trace.positions[cut:])


def test_trace_shows_the_last_layer():
    """The attention of another layer, or of one head, would be shown."""
    net, x, seen = make(layers=2), inputs(6, 2), []
    net.blocks[1].attention.register_forward_hook(lambda module, args, out: seen.append(out[1]))
    *_, trace = net(x, return_trace=True)
    torch.testing.assert_close(trace.attention.transpose(0, 1), seen[0])


def test_knows_the_order_of_its_inputs():
    """Without positions, it would not tell one order of the past from another."""
    net, x = make(), inputs(5, 1)
    swapped = x[[1, 0, 2, 3, 4]]
    assert not torch.allclose(net(x)[0][-1], net(swapped)[0][-1])


@pytest.mark.parametrize("width", [1, 2, 7, 8])
def test_positions(width):
    """Times would share a position, or a chunk would count its own from zero."""
    x = torch.zeros(400, 1, D).double()
    whole = positions(0, x, width)
    assert whole.shape == (400, 1, width)
    torch.testing.assert_close(positions(150, x[150:], width), whole[150:])
    assert whole.abs().max() <= 1
    t = torch.arange(400).double()
    torch.testing.assert_close(whole[:, 0, 0], t.sin())
    if width > 1:
        torch.testing.assert_close(whole[:, 0, 1], t.cos())
        gaps = torch.cdist(whole[:, 0], whole[:, 0]) + torch.eye(400).double()
        assert gaps.min() > 1e-6


def test_flow_begins_before_the_first_layer():
    """The nudge would enter where later steps cannot see it."""
    net, x = make(), inputs(7, 2)
    flow = rsa.gradient_flow(net, x, loss=lambda out: (out[-1] ** 3).sum())
    assert (flow.total > 0).all()
    shifted = make()
    shifted.load_state_dict(net.state_dict())
    with torch.no_grad():
        shifted.bias[0] += 1e-6
    change = (shifted(x)[0][-1] ** 3).sum() - (net(x)[0][-1] ** 3).sum()
    assert change.item() / 1e-6 == pytest.approx(flow.total_vectors[:, :, 0].sum().item(), rel=1e-3)


def test_gradcheck():
    """Some input or weight would get a wrong gradient, also across two calls."""
    net = make(layers=1, heads=2)
    x = inputs(4, 1).requires_grad_()

    def run(x):
        first, state = net(x[:2])
        return torch.cat([first, net(x[2:], state)[0]])

    assert torch.autograd.gradcheck(run, (x,))
    names = [name for name, _ in net.named_parameters()]
    weights = [p.detach().clone().requires_grad_() for p in net.parameters()]

    def rerun(*weights):
        return torch.func.functional_call(net, dict(zip(names, weights, strict=True)), (x,))[0]

    assert torch.autograd.gradcheck(rerun, weights)


@pytest.mark.usefixtures("unchecked")
def test_bad_sizes():
    """A bad size would end in an assertion from inside torch."""
    with pytest.raises(
        ValueError, match=r"hidden_size must be a multiple of heads \(4\), but is 6"
    ):
        Transformer(D, 6)
    for name in ("layers", "heads"):
        with pytest.raises(ValueError, match=f"{name} must be a whole number of at least 1"):
            Transformer(D, H, **{name: 0})


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("other", [RNN(D, H), Transformer(D, H, layers=1)])
def test_bad_state(other):
    """A state of another model would be used."""
    x = inputs(4, 2)
    with pytest.raises(ValueError, match="not one of a Transformer of 2 layers"):
        make()(x, other.double()(x)[1])
