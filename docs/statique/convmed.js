// What the theme leaves unsaid to a screen reader or out of reach of the keyboard.
document$.subscribe(function () {
  var recherche = document.querySelector(".md-search[role=dialog]")
  if (recherche) {
    recherche.setAttribute("aria-label", "Recherche")
  }
  // The levels of one menu are parts of it, and a button to copy needs no landmark.
  document.querySelectorAll("nav nav[data-md-level], .md-code__nav").forEach(function (niveau) {
    niveau.setAttribute("role", "none")
    niveau.removeAttribute("aria-labelledby")
  })
  // A block wider than the screen scrolls.
  document.querySelectorAll("pre > code, .md-typeset__scrollwrap").forEach(function (bloc) {
    if (bloc.scrollWidth > bloc.clientWidth) {
      bloc.setAttribute("tabindex", "0")
    }
  })
})
