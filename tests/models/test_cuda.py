"""The torch path on a GPU, where there is one."""

import pytest
import torch

import rsa_edu as rsa
from rsa_edu.models import LowestAttention, MemLSTM, MemRNN, Random, RelRNN, Screening
from tests.small import COPY, make_net

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU in this machine")
POLICIES = [
    Screening(3, 2),
    Screening(3, 2, correct_primacy=True),
    Random(3, 2),
    LowestAttention(5),
]


@pytest.mark.parametrize("model", [RelRNN, MemRNN, MemLSTM])
def test_equals_the_cpu(model):
    """A GPU would compute another model."""
    net, x = model(3, 16).double(), torch.randn(30, 4, 3, dtype=torch.float64)
    expected, _, trace = net(x, return_trace=True)
    found, _, other = net.cuda()(x.cuda(), return_trace=True)
    assert other.path == "torch"
    torch.testing.assert_close(found.cpu(), expected)
    torch.testing.assert_close(other.positions.cpu(), trace.positions)


# torch says that its sync debug mode is a prototype.
@pytest.mark.filterwarnings("ignore:Synchronization debug mode:UserWarning")
@pytest.mark.parametrize("policy", POLICIES)
def test_no_step_waits_for_the_gpu(policy):
    """Every step would wait for the one before it to arrive on the host."""
    net, x = MemRNN(3, 16).cuda(), torch.randn(20, 4, 3, device="cuda")
    net.memory = policy
    drive = net._drive(x)
    state = net.start(drive[0])
    torch.cuda.set_sync_debug_mode("error")
    try:
        net._run(drive, state, None, traced=False)
    finally:
        torch.cuda.set_sync_debug_mode("default")


def test_trains():
    """A network on a GPU would be given data on the CPU."""
    net = make_net().cuda()
    records = list(rsa.train(net, COPY, 3))
    assert len(records) == 3
    assert 0 <= rsa.evaluate(net, COPY) <= 1
