"""Tests of lotteries."""
