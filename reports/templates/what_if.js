(() => {
  const panel = document.getElementById("what-if");
  const corners = JSON.parse(document.getElementById("what-if-corners").textContent);
  const sliders = [...panel.querySelectorAll("input")];
  const round = (number) => Number(number.toPrecision(3)).toLocaleString("en-GB");
  const at = (values, shares) =>
    values.reduce((sum, value, i) => sum + value * shares.reduce((w, s, k) => w * ((i >> k) & 1 ? s : 1 - s), 1), 0);
  const tell = () => {
    const shares = sliders.map((one) => (one.value - one.dataset.low) / (one.dataset.high - one.dataset.low));
    for (const one of sliders) one.labels[0].querySelector("output").textContent = Number(one.value).toPrecision(3);
    for (const what of ["hours", "gbp"])
      document.getElementById("what-if-" + what).textContent = round(at(corners[what], shares));
  };
  sliders.forEach((one) => one.addEventListener("input", tell));
  tell();
  panel.hidden = false;
})();
