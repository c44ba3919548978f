"""What must be true of boards that were kept: every rank is taken once, the better one first."""

from bot.rewards.audit.checks import Check

BOARDS = (
    Check(
        name="board_ranks",
        sentence="A kept board has the ranks from 1 to the number of its lines.",
        counted="SELECT count(*) FROM board",
        exceptions="""
SELECT 'board ' || id || ' was kept with ' || line_count || ' lines; there are ' || lines
    || ', the last of rank ' || last_rank, NULL, NULL
FROM (
    SELECT board.id, board.line_count, count(board_line.rank) AS lines,
        coalesce(max(board_line.rank), 0) AS last_rank
    FROM board LEFT JOIN board_line ON board_line.board_id = board.id
    GROUP BY board.id, board.line_count
) AS ranked
WHERE lines <> line_count OR last_rank <> line_count
""",
    ),
    Check(
        name="board_order",
        sentence="On a kept board a better rank has more, or as much and had it earlier.",
        counted="SELECT count(*) FROM board_line",
        exceptions="""
SELECT 'board ' || better.board_id || ': rank ' || better.rank || ' has ' || better.score
    || ', the next has ' || worse.score, NULL, NULL
FROM board_line AS better
JOIN board_line AS worse
    ON worse.board_id = better.board_id AND worse.rank = better.rank + 1
WHERE worse.score > better.score
    OR (worse.score = better.score AND worse.reached_at < better.reached_at)
""",
    ),
)
