"""How many threads torch takes."""

import os
import sys


def one_thread() -> None:
    """Let torch compute on one thread, unless whoever set OMP_NUM_THREADS decided otherwise.

    At the sizes of this course a second thread waits more than it works, and it waits actively: a
    gradient flow over 400 steps took 0.13 s on one thread, and 1.5 s on two while something else
    was busy on the second core. In a course something always is: the browser, another run, or, on
    a shared server, the neighbours.
    """
    if "OMP_NUM_THREADS" in os.environ:
        return
    os.environ["OMP_NUM_THREADS"] = "1"  # read by OpenMP when torch is loaded
    torch = sys.modules.get("torch")
    if torch:
        torch.set_num_threads(1)
