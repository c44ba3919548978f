"""Earning: points for what members do, by the rules of rewards.yaml."""
