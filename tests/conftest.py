"""While testing, the shapes in the package's signatures are checked (jaxtyping with beartype)."""

from jaxtyping import install_import_hook

install_import_hook("rsa_edu", "beartype.beartype")
