// What the theme leaves unsaid to a screen reader or out of reach of the keyboard.
document$.subscribe(function () {
  var recherche = document.querySelector(".md-search[role=dialog]")
  if (recherche) {
    recherche.setAttribute("aria-label", "Recherche")
  }
  // A button to copy needs no landmark of its own.
  document.querySelectorAll(".md-code__nav").forEach(function (boutons) {
    boutons.setAttribute("role", "none")
  })
  // A block wider than the screen scrolls.
  document.querySelectorAll("pre > code, .md-typeset__scrollwrap").forEach(function (bloc) {
    if (bloc.scrollWidth > bloc.clientWidth) {
      bloc.setAttribute("tabindex", "0")
    }
  })
})
