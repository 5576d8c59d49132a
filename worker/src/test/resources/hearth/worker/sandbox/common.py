"""What Python programs commonly do."""
import asyncio, fcntl, mmap, multiprocessing, os, signal, socket, sqlite3, ssl, subprocess, sys
import tempfile, threading, urllib.request, zlib
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def square(n):
    return n * n


class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_):
        pass


async def coroutines():
    process = await asyncio.create_subprocess_exec("/bin/echo", "from a child", stdout=subprocess.PIPE)
    output, _ = await process.communicate()
    reader, writer = await asyncio.gather(asyncio.sleep(0, "a"), asyncio.to_thread(square, 3))
    return output, reader, writer


def main():
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(square, range(20)))[-1] == 361
    # A Pool needs /dev/shm, which Lambda has not either; these do not.
    for method in ("fork", "spawn"):
        context = multiprocessing.get_context(method)
        here, there = context.Pipe()
        process = context.Process(target=there.send, args=(square(4),))
        process.start()
        assert here.recv() == 16
        process.join()
        assert process.exitcode == 0
    assert subprocess.run(["/bin/sh", "-c", "exit 3"], close_fds=True).returncode == 3
    assert subprocess.run(["/bin/cat"], input=b"x", capture_output=True, start_new_session=True).stdout == b"x"
    assert asyncio.run(coroutines()) == (b"from a child\n", "a", 9)
    ssl.create_default_context()
    with sqlite3.connect("/tmp/test.db") as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE t (n)")
        database.execute("INSERT INTO t VALUES (1)")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    assert urllib.request.urlopen("http://127.0.0.1:%d/" % server.server_port).read() == b"ok"
    with tempfile.TemporaryFile() as file:
        file.write(zlib.compress(b"x" * 10000))
        file.flush()
        fcntl.flock(file, fcntl.LOCK_EX)
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
            assert zlib.decompress(mapped[:]) == b"x" * 10000
    signal.signal(signal.SIGALRM, lambda *_: None)
    signal.setitimer(signal.ITIMER_REAL, 0.01)
    signal.pause()
    assert len(os.sched_getaffinity(0)) > 0 and len(os.urandom(8)) == 8 and os.cpu_count() > 0
    assert socket.gethostname() == "sandbox" and socket.if_nameindex()
    if "numpy" in sys.argv:
        import numpy
        product = numpy.random.default_rng(1).random((300, 300)) @ numpy.eye(300)
        assert product.shape == (300, 300) and numpy.linalg.det(numpy.eye(50)) == 1
    print("all")


if __name__ == "__main__":
    main()
