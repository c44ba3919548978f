"""One codec and one sender per platform: their wire forms stay in here, our words go out."""
