# Writes rows into SQLite for some seconds, so many a commit, each commit on the disk before the next begins. Tables,
# indexes and the row are those of a database of Hearth's; what it writes to is kept for the next run.
#
# Usage: bare-commits.py HEARTHS_DATABASE OWN_DATABASE ROWS SECONDS; prints rows, nanoseconds, and the median commit's.
import sqlite3
import sys
import time

theirs, own, rows, seconds = sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])

source = sqlite3.connect(f"file:{theirs}?mode=ro", uri=True)
tables = [sql for (sql,) in source.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'")]
columns = [name for (_, name, *_) in source.execute("PRAGMA table_info(events)") if name != "id"]
row = source.execute(f"SELECT {', '.join(columns)} FROM events ORDER BY id DESC LIMIT 1").fetchone()
source.close()

database = sqlite3.connect(own, isolation_level=None)
database.execute("PRAGMA journal_mode = WAL")
database.execute("PRAGMA synchronous = FULL")
if not database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
    for sql in tables:
        database.execute(sql)
insert = f"INSERT INTO events ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
group = [row] * rows

commits = []
begin = time.perf_counter_ns()
now = begin
while now < begin + seconds * 1e9:
    database.execute("BEGIN IMMEDIATE")
    database.executemany(insert, group)
    database.execute("COMMIT")
    last, now = now, time.perf_counter_ns()
    commits.append(now - last)
print(len(commits) * rows, now - begin, sorted(commits)[len(commits) // 2])
