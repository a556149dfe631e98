"""Benchmarks: ratios within one run, never timed tests. `make bench` prints docs/performance.md's table."""
