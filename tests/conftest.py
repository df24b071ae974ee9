"""While testing, the shapes in the package's signatures are checked (jaxtyping with beartype)."""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import jaxtyping
import pytest

import tests.checked  # noqa: F401  the hook looks it up by name
from tests.cluster import a_cluster

# The kernels are loaded before the hook is there: it would change their code, and numba keeps what
# it compiled under the code it was compiled from.
KERNELS = Path(__file__).parents[1] / "rsa_edu" / "models" / "kernels.py"
spec = spec_from_file_location("rsa_edu.models.kernels", KERNELS)
sys.modules[spec.name] = module_from_spec(spec)
spec.loader.exec_module(sys.modules[spec.name])

jaxtyping.install_import_hook("rsa_edu", "tests.checked.checked")


@pytest.fixture
def unchecked():
    """The package as its users have it: what it refuses, it refuses in its own words."""
    jaxtyping.config.update("jaxtyping_disable", True)
    yield
    jaxtyping.config.update("jaxtyping_disable", False)


@pytest.fixture(scope="session", autouse=True)
def ready():
    """Kernels are compiled before the first test, so that no test's time has it in it."""
    import torch

    from rsa_edu.models import compiled

    if not compiled.unavailable:
        for dtype in (torch.float32, torch.float64):
            compiled.get_ready(dtype)


@pytest.fixture(scope="session")
def external():
    """The address of the scheduler of such a cluster."""
    with a_cluster() as address:
        yield address
