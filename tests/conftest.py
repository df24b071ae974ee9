"""While testing, the shapes in the package's signatures are checked (jaxtyping with beartype)."""

import jaxtyping
import pytest

import tests.checked  # noqa: F401  the hook looks it up by name

jaxtyping.install_import_hook("rsa_edu", "tests.checked.checked")


@pytest.fixture
def unchecked():
    """The package as its users have it: what it refuses, it refuses in its own words."""
    jaxtyping.config.update("jaxtyping_disable", True)
    yield
    jaxtyping.config.update("jaxtyping_disable", False)
