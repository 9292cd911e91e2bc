// Loaded into Electron's main process (`electron -r`): once the page has its address field, and a frame with it was drawn, prints
// `usable` and ends the program.
const { app } = require('electron')

const usable = `new Promise((resolve) => {
  const look = () => {
    if (document.querySelector('[data-autofocus]')) requestAnimationFrame(() => requestAnimationFrame(resolve))
    else requestAnimationFrame(look)
  }
  look()
})`

app.once('web-contents-created', (_event, contents) => {
  contents.once('dom-ready', async () => {
    await contents.executeJavaScript(usable)
    process.stdout.write('usable\n', () => app.exit(0))
  })
})
