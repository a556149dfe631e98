"""Prove the engine by use: stress on a real database, simulation with crashes, a reference model.

Doors: ledger, simulate, stage, stress.
"""
