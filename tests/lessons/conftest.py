"""Each test has a folder of its own for answers, and lessons that remember nothing."""

import pytest

from rsa_edu.lessons import notebook


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty working directory, as a kernel has beside its notebook."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(notebook, "_lessons", {})
    return tmp_path
