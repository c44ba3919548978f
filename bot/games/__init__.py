"""Games by words: 成语接龙, 猜歇后语, 抢答 and votes between two."""
