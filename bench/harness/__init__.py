"""Measures supervisors side by side: the same program, the same machine, one run."""


class BenchError(Exception):
    """A measuring that failed: it ends that peer's measure and is said, never a number."""
