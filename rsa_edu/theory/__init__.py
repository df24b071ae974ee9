"""What the mathematics says, in plain numbers: exponents, floors, paths. No model in sight."""

from rsa_edu.theory.depth import Depth, dependency_depth
from rsa_edu.theory.linear import (
    chain_gradient,
    linear_gradient,
    orthogonal_eigenvalues,
    tree_gradient,
)
from rsa_edu.theory.paths import count_paths, path_expansion
from rsa_edu.theory.peaked import (
    Peaked,
    energies,
    favoured_and_disfavoured,
    fitted_exponent,
    peak_lasts,
    peaked_gradient,
    record_exponent,
)
from rsa_edu.theory.sparse import (
    chain_floor,
    least_depth,
    log_depth,
    reach,
    sparse_attention,
    sparse_floor,
    tree,
    tree_exponent,
    tree_floor_exponent,
    waypoints,
)
from rsa_edu.theory.uniform import (
    exponent_range,
    exponential_rate,
    measured_exponent,
    reliable_from,
    start_exponent,
    uniform_attention_exponent,
    uniform_attention_gradient,
)

__all__ = [
    "Depth",
    "Peaked",
    "chain_floor",
    "chain_gradient",
    "count_paths",
    "dependency_depth",
    "energies",
    "exponent_range",
    "exponential_rate",
    "favoured_and_disfavoured",
    "fitted_exponent",
    "least_depth",
    "linear_gradient",
    "log_depth",
    "measured_exponent",
    "orthogonal_eigenvalues",
    "path_expansion",
    "peak_lasts",
    "peaked_gradient",
    "reach",
    "record_exponent",
    "reliable_from",
    "sparse_attention",
    "sparse_floor",
    "start_exponent",
    "tree",
    "tree_exponent",
    "tree_floor_exponent",
    "tree_gradient",
    "uniform_attention_exponent",
    "uniform_attention_gradient",
    "waypoints",
]
