"""晒单 and 投稿: sending in, agreeing, reviewing, liking, withdrawing."""
