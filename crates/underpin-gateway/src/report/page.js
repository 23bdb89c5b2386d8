const exchanges = [...document.querySelectorAll("details.exchange")];
const buttons = [...document.querySelectorAll(".totals button")];
const search = document.querySelector("input");
function show() {
  const kind = buttons.find((b) => b.ariaPressed === "true").dataset.kind;
  const words = search.value.toLowerCase();
  for (const exchange of exchanges) {
    const hit = exchange.querySelector("summary").textContent.toLowerCase().includes(words);
    exchange.hidden = !hit || (kind !== "all" && !exchange.classList.contains(kind));
  }
}
for (const button of buttons) {
  button.addEventListener("click", () => {
    for (const other of buttons) other.ariaPressed = String(other === button);
    show();
  });
}
search.addEventListener("input", show);
show();
