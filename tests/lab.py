"""JupyterLab for tests: started on this machine only, and driven as a reader would."""

import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from typing import NamedTuple

PATIENCE = 120  # seconds; on a busy machine a server or kernel takes its time

READY = """async (path) => {
  const panel = window.jupyterapp?.shell?.currentWidget;
  if (!panel?.sessionContext || panel.context.path !== path) return false;
  await panel.revealed;
  await panel.sessionContext.ready;
  await panel.sessionContext.session.kernel.info;
  return true;
}"""
RUN_ALL = """async () => {
  const { commands, shell } = window.jupyterapp;
  await commands.execute("notebook:run-all-cells");
  await shell.currentWidget.sessionContext.session.kernel.requestKernelInfo();
}"""
RAN = """() => {
  const cells = [...window.jupyterapp.shell.currentWidget.content.model.cells];
  return cells.filter((cell) => cell.type === "code").every((cell) => cell.executionCount !== null);
}"""
OUTPUTS = """() => {
  const cells = [...window.jupyterapp.shell.currentWidget.content.model.cells];
  return cells.filter((cell) => cell.type === "code").map((cell) => cell.outputs.toJSON());
}"""


class Lab(NamedTuple):
    """A server that runs."""

    address: str
    """Such as ``http://127.0.0.1:43210``."""
    token: str

    def open(self, page, notebook):
        """Open a notebook, by its path in the server's folder, and wait for its kernel."""
        page.goto(f"{self.address}/lab/tree/{notebook}?token={self.token}&reset")
        self.wait(page, notebook)

    def wait(self, page, notebook):
        """Wait until a notebook that is being opened has its cells and its kernel."""
        page.locator(".jp-NotebookPanel .jp-Cell").first.wait_for(timeout=PATIENCE * 1000)
        page.wait_for_function(READY, arg=notebook, timeout=PATIENCE * 1000)


@contextmanager
def running(folder):
    """Start JupyterLab in a folder, on a free port of this machine, and end it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(16)
    own = {
        name: str(folder / ".jupyter" / name)
        for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    }
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", f"--port={port}",
        "--ServerApp.port_retries=0", "--allow-root", f"--ServerApp.root_dir={folder}",
        f"--IdentityProvider.token={token}", "--LabApp.expose_app_in_browser=True",
        "--LabApp.news_url=", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]  # fmt: skip
    with (folder / "lab.log").open("w") as log:
        server = subprocess.Popen(command, env=os.environ | own, stdout=log, stderr=log)
        try:
            lab = Lab(f"http://127.0.0.1:{port}", token)
            _wait_for(lab, server, folder / "lab.log")
            yield lab
        finally:
            server.terminate()
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _wait_for(lab, server, log):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        try:
            urllib.request.urlopen(f"{lab.address}/api/status?token={lab.token}", timeout=5).close()
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.2)
        else:
            return
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()[-3000:]}")


def run_all(page, seconds=PATIENCE):
    """Run all cells of the open notebook; return each code cell's outputs, as nbformat has them."""
    page.evaluate(RUN_ALL)
    page.wait_for_function(RAN, timeout=seconds * 1000)
    return page.evaluate(OUTPUTS)


def run_cell(page, source):
    """Add a cell at the end, run it, and return the text that it prints."""
    page.evaluate(
        """async (source) => {
          const { commands, shell } = window.jupyterapp;
          const notebook = shell.currentWidget.content;
          notebook.activeCellIndex = notebook.widgets.length - 1;
          await commands.execute("notebook:insert-cell-below");
          notebook.activeCell.model.sharedModel.setSource(source);
          await commands.execute("notebook:run-cell");
        }""",
        source,
    )
    page.wait_for_function(RAN, timeout=PATIENCE * 1000)
    outputs = page.evaluate(OUTPUTS)[-1]
    return "".join("".join(each.get("text", "")) for each in outputs)


def run_until(page, source, wanted):
    """Run a cell until what it prints is as wanted; return whether that came to pass.

    A widget sends one change at a time and keeps the latest back while the kernel is busy, so a
    cell run at once may be ahead of it.
    """
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if wanted(run_cell(page, source)):
            return True
        page.wait_for_timeout(200)
    return False
