"""Redemption 兑换: what points buy, from the first wish to the parcel, the code or the return."""
