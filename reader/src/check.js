// In the syntax of old browsers, so that they say what they lack instead of nothing.
(function () {
  "use strict";
  var root = document.documentElement;
  var lacking = [];
  function need(name, there) {
    if (!there) lacking.push(name);
  }
  need("BigInt", typeof BigInt === "function");
  need("crypto.subtle", typeof crypto === "object" && !!crypto.subtle);
  need("TransformStream", typeof TransformStream === "function");
  need("TextDecoder", typeof TextDecoder === "function");
  need("dialog", typeof HTMLDialogElement === "function" && !!HTMLDialogElement.prototype.showModal);
  need("File", typeof Blob === "function" && !!Blob.prototype.arrayBuffer);
  need("ES2022", !!Object.hasOwn);
  if (lacking.length) root.setAttribute("data-lacking", lacking.join(" "));
  window.onload = function () {
    // A browser that can't read the program itself does not start it.
    if (root.getAttribute("data-started") !== null) return;
    var notice = document.getElementById("old");
    if (!notice) return;
    notice.removeAttribute("hidden");
    var what = document.getElementById("lacking");
    if (what && lacking.length) what.appendChild(document.createTextNode("(" + lacking.join(", ") + ")"));
    window.onload = null;
  };
})();
