// A worker that judges: R-hat and effective sample size of f, place by place.
//
// To it: { run, columns }, for each place the draws of f there, one array a chain. From it:
// { run, rhat, ess }, a number for each place. Next: sweep.js, which asks.

import { convergenceOf } from "./convergence.js";

export function listenAsJudge(scope) {
  scope.onmessage = ({ data: { run, columns } }) => {
    const judged = columns.map(convergenceOf);
    const rhat = judged.map((place) => place.rHat);
    const ess = judged.map((place) => place.bulkEss);
    scope.postMessage({ run, rhat, ess });
  };
}
