"""What a campaign 活动 gives while it runs: seats with a waiting line, perks, and its money.

Nothing here reads campaign files: whoever asks brings the terms that hold for one run of one.
"""
