// What HTML cannot do alone. Every page works without this file; nothing here computes an amount.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const bouton = document.querySelector(".bouton-menu");
  const menu = document.getElementById("menu");
  document.documentElement.classList.add("avec-script");
  bouton.hidden = false;
  bouton.addEventListener("click", () => {
    const ouvert = menu.classList.toggle("ouvert");
    bouton.setAttribute("aria-expanded", String(ouvert));
  });
  equiper(document);
});

// An element that was replaced whole is no longer in the page: the one that took its name is.
document.addEventListener("htmx:afterSwap", (evenement) => equiper(document.getElementById(evenement.detail.target.id) ?? evenement.detail.target));
// A part replaced beside the one that was asked for is found again by its name.
document.addEventListener("htmx:oobAfterSwap", (evenement) => equiper(document.getElementById(evenement.detail.target.id) ?? evenement.detail.target));

function annoncer(message) {
  const annonce = document.getElementById("annonce");
  annonce.textContent = "";
  window.setTimeout(() => { annonce.textContent = message; }, 50);
}

function equiper(racine) {
  for (const bouton of racine.querySelectorAll("[data-imprimer]")) {
    bouton.hidden = false;
    bouton.addEventListener("click", () => {
      for (const detail of document.querySelectorAll("main details")) detail.open = true;
      window.print();
    });
  }
  for (const bouton of racine.querySelectorAll("[data-partager]")) {
    bouton.hidden = false;
    bouton.addEventListener("click", async () => {
      const lien = new URL(bouton.dataset.partager, window.location.href).href;
      try {
        await navigator.clipboard.writeText(lien);
        annoncer("Lien copié.");
        bouton.textContent = "Lien copié";
      } catch {
        window.prompt("Copiez ce lien :", lien);
      }
    });
  }
  // A slider and the field beside it say the same figure; a field is written in French, with a comma.
  for (const curseur of racine.querySelectorAll("input[type=range][data-jumeau]")) {
    const champ = document.getElementById(curseur.dataset.jumeau);
    curseur.hidden = false;
    curseur.addEventListener("input", () => { champ.value = curseur.value.replace(".", ","); });
    champ.addEventListener("input", () => { if (champ.value.trim() !== "") curseur.value = champ.value.trim().replace(",", "."); });
  }
  for (const zone of racine.querySelectorAll("[data-depot]")) deposer(zone);
  for (const formulaire of racine.querySelectorAll("form[data-confirmer]")) {
    formulaire.addEventListener("submit", (evenement) => {
      if (!window.confirm(formulaire.dataset.confirmer)) evenement.preventDefault();
    });
  }
}

// Files dropped on a zone go into its file field, which works by itself.
function deposer(zone) {
  const champ = zone.querySelector("input[type=file]");
  const dit = zone.querySelector("[data-depot-noms]");
  const nommer = () => { dit.textContent = champ.files.length ? `${champ.files.length} fichier(s) choisi(s)` : ""; };
  champ.addEventListener("change", nommer);
  for (const nom of ["dragenter", "dragover"]) {
    zone.addEventListener(nom, (evenement) => { evenement.preventDefault(); zone.classList.add("survol"); });
  }
  zone.addEventListener("dragleave", () => zone.classList.remove("survol"));
  zone.addEventListener("drop", async (evenement) => {
    evenement.preventDefault();
    zone.classList.remove("survol");
    const transfert = new DataTransfer();
    for (const fichier of await fichiersDeposes(evenement.dataTransfer)) transfert.items.add(fichier);
    champ.files = transfert.files;
    nommer();
  });
}

// A folder may be dropped whole: its files are taken, one level deep.
async function fichiersDeposes(transfert) {
  const entrees = [...transfert.items].map((un) => un.webkitGetAsEntry && un.webkitGetAsEntry()).filter(Boolean);
  if (!entrees.length) return [...transfert.files];
  const fichiers = [];
  for (const entree of entrees) {
    const enfants = entree.isDirectory ? await new Promise((rendre, refuser) => entree.createReader().readEntries(rendre, refuser)) : [entree];
    for (const enfant of enfants) {
      if (enfant.isFile) fichiers.push(await new Promise((rendre, refuser) => enfant.file(rendre, refuser)));
    }
  }
  return fichiers;
}
