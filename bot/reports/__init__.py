"""What became of posts: figures, comparisons, experiments. It only reads."""
