"""In a browser, from disk: the one script runs as a worker, and hears what it is told in time."""

import json

import pytest

from bnn_teach.exhibits import live
from tests.browsing import Watch
from tests.exhibits.live.test_chain import SETTINGS

pytestmark = pytest.mark.browser

PAGE = """<!doctype html><html lang="en"><title>worker</title><link rel="icon" href="data:,">
<script>
const source = %s;
const said = [];
const worker = new Worker(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
worker.onmessage = (event) => said.push(event.data);
const until = async (test) => {
  while (!said.some(test)) await new Promise((go) => setTimeout(go, 5));
};
</script></html>"""

SCENE = """async (settings) => {
  const start = (run, changes) =>
    worker.postMessage({ type: "start", run, chain: 0, settings: { ...settings, ...changes } });
  start(1, {});
  await until((m) => m.type === "done");
  start(2, { warmup: 100, draws: 1e7 });
  await until((m) => m.run === 2 && !m.warmup);
  worker.postMessage({ type: "stop" });
  start(3, { method: "advi" });
  await until((m) => m.run === 3 && m.type === "done");
  const last = said.at(-1);
  await new Promise((go) => setTimeout(go, 100));
  const kept = said.filter((m) => m.run === 1 && m.type === "draws" && !m.warmup);
  return {
    kept: kept.reduce((sum, m) => sum + m.count, 0),
    kinds: [...new Set(kept.map((m) => m.f.constructor.name))],
    order: said.map((m) => m.run),
    still: said.at(-1) === last,
  };
}"""


def test_a_worker_from_a_text_runs_in_a_page_from_disk(browser, tmp_path):
    path = tmp_path / "page.html"
    text = json.dumps(live.worker_source()).replace("</", "<\\/")
    path.write_text(PAGE % text, encoding="utf-8")
    page = browser.new_page()
    watch = Watch(page, own=(path.parent.as_uri(),))
    page.goto(path.as_uri())
    seen = page.evaluate(SCENE, SETTINGS)
    page.close()
    assert seen["kept"] == SETTINGS["draws"] and seen["kinds"] == ["Float64Array"]
    assert seen["order"] == sorted(seen["order"]) and set(seen["order"]) == {1, 2, 3}
    assert seen["still"]
    assert not watch.foreign and not watch.troubles
