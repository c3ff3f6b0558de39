// Everything that pages do in the browser, each part in a file of its own. Without any of it they still work.
