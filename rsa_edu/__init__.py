"""Understand the tradeoff between recurrence and self-attention."""

from rsa_edu import models, results, tasks
from rsa_edu.checkpoints import load, save
from rsa_edu.gradients import gradient_flow, jacobian_norms
from rsa_edu.lessons import ClaimError, claim, glossary, lesson, show_source
from rsa_edu.network import Network
from rsa_edu.runner import Runner, train
from rsa_edu.training import Diverged, Record, Training, evaluate
