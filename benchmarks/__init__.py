"""Benchmarks: a generator of books, hand-written SQL for the same decisions, and the race between them."""
