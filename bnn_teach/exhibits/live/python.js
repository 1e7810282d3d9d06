// What is on the screen as a program: the same data and the same model for `bt.sample`.
//
// A test runs what is written here. Next: chains.js, where the draws come from.

const INDENT = "    ";

const float = (value) => (Number.isInteger(value) ? `${value}.0` : String(value));

function array(name, values) {
  const lines = [];
  for (let i = 0; i < values.length; i += 8) lines.push(`${INDENT}${values.slice(i, i + 8).map(float).join(", ")},`);
  const body = lines.length ? `\n${lines.join("\n")}\n` : "";
  return `${name} = np.array([${body}])[:, None]`;
}

export function asPython(settings) {
  const { points, prior, noise, learned, width, activation, shows } = settings;
  const tanh = activation === "tanh";
  const data = points.length > 0;
  const options = [
    `hidden=(${width}, ${width})`,
    `prior_scale=${float(prior)}`,
    learned ? "noise_scale=sigma" : `noise_scale=${float(noise)}`,
    ...(tanh ? ["activation=tf.tanh"] : []),
  ].join(", ");
  const lines = ["import numpy as np", "", "import bnn_teach as bt"];
  if (tanh) lines.push("from bnn_teach.engine.runtime import tf  # TensorFlow");
  lines.push("", "grid = np.linspace(-1.2, 1.2, 97)[:, None]");
  if (data) lines.push(array("x", points.map(([x]) => x)), array("y", points.map(([, y]) => y)));
  const given = data ? "x, y" : "grid";
  lines.push("");
  if (learned) {
    lines.push(
      "", "@bt.model", "def noisy(x, y=None):",
      `${INDENT}sigma = yield bt.HalfNormal("sigma", 0.5)`,
      `${INDENT}options = dict(${options})`,
      `${INDENT}return (yield bt.network(x, y, **options))`,
      "", "", `net = noisy(${given})`,
    );
  } else lines.push(`options = dict(${options})`, `net = bt.network(${given}, **options)`);
  const f = learned ? "noisy.network.f" : "network.f";
  lines.push(`f = "${f}"`, "");
  const band = (role, axes) => `${axes}bt.plots.plot_band(grid, curves${role})`;
  if (!data) {
    lines.push(
      "prior = bt.sample_prior_predictive(net, num_samples=1000, seed=0)",
      'curves = prior["prior"][f].values[..., 0]',
      band(', role="prior"', "ax = "),
    );
    return `${lines.join("\n")}\n`;
  }
  const predict = (draws) => [
    `new = bt.sample_posterior_predictive(net.at(x=grid), ${draws}, [f], seed=0)`,
    'curves = new["posterior_predictive"][f].values[..., 0]',
  ];
  if (shows.includes("nuts")) {
    lines.push("trace = bt.sample(net, num_samples=1000, burn_in=1000, num_chains=4, seed=0)");
    lines.push(...predict("trace"), band("", "ax = "));
  }
  if (shows.includes("advi")) {
    lines.push('fit = bt.fit(net, method="advi", num_steps=10_000, seed=0)');
    lines.push("draws = fit.approximation.sample(1000, seed=0)", ...predict("draws"));
    lines.push(shows.includes("nuts") ? band(', role="advi", ax=ax', "") : band(', role="advi"', "ax = "));
  }
  lines.push("bt.plots.plot_data(x, y, ax=ax);");
  return `${lines.join("\n")}\n`;
}
