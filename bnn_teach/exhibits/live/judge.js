// A worker that judges: R-hat and effective sample size of f, place by place.
//
// To it: { run, columns }, for each place the draws of f there, one array a chain. From it:
// { run, rhat, ess }, a number for each place. Next: sweep.js, which asks.

import { bulkEss, rHat } from "./convergence.js";

export function listenAsJudge(scope) {
  scope.onmessage = ({ data: { run, columns } }) => {
    scope.postMessage({ run, rhat: columns.map(rHat), ess: columns.map(bulkEss) });
  };
}
