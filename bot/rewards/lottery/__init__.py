"""Lotteries 抽奖: published before the start, drawn by a sealed seed, recomputable afterwards."""
