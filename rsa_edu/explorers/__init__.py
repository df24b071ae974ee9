"""Figures with sliders, displayed by being the last line of a cell: rsa.explore.<name>()."""

from rsa_edu.explorers.attention_graph import AttentionGraph as attention_graph
from rsa_edu.explorers.attention_map import AttentionMap as attention_map
from rsa_edu.explorers.budget_gradients import BudgetGradients as budget_gradients
from rsa_edu.explorers.by_depth import ByDepth as by_depth
from rsa_edu.explorers.depth_surface import DepthSurface as depth_surface
from rsa_edu.explorers.exponents import Exponents as exponents
from rsa_edu.explorers.gradient_flow import GradientFlow as gradient_flow
from rsa_edu.explorers.hops import Hops as hops
from rsa_edu.explorers.longer import Longer as longer
from rsa_edu.explorers.race import Race as race
from rsa_edu.explorers.scaling import Scaling as scaling
from rsa_edu.explorers.screening import ScreeningPlayer as screening
from rsa_edu.explorers.sweep import Sweep as sweep
from rsa_edu.explorers.temperature import Temperature as temperature
from rsa_edu.explorers.tradeoff_map import TradeoffMap as tradeoff_map
from rsa_edu.explorers.training import TrainWithABudget as training
from rsa_edu.explorers.transfer import Transfer as transfer
from rsa_edu.explorers.vanishing import Vanishing as vanishing

__all__ = [
    "attention_graph",
    "attention_map",
    "budget_gradients",
    "by_depth",
    "depth_surface",
    "exponents",
    "gradient_flow",
    "hops",
    "longer",
    "race",
    "scaling",
    "screening",
    "sweep",
    "temperature",
    "tradeoff_map",
    "training",
    "transfer",
    "vanishing",
]
