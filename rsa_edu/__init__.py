"""Understand the tradeoff between recurrence and self-attention."""

from rsa_edu import models, tasks
from rsa_edu.gradients import gradient_flow, jacobian_norms
from rsa_edu.network import Network
