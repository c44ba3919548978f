"""Finding answers, measured on questions that the base does not contain."""
