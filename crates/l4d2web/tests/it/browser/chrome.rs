//! Chromium, driven by Debian's chromedriver.

use std::io::{BufRead as _, BufReader};
use std::ops::Deref;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::extensions::cdp::ChromeDevTools;
use thirtyfour::{
    By, Capabilities, CapabilitiesHelper as _, ChromiumLikeCapabilities as _, DesiredCapabilities, WebDriver,
};

/// How long something may take that a test waits for.
const PATIENCE: Duration = Duration::from_secs(30);
/// So that it says nothing to anybody, and starts in a container.
const ARGUMENTS: [&str; 10] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=en-GB",
    "--hide-scrollbars",
];

/// What the reader prefers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Theme {
    Light,
    Dark,
}

impl Theme {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// A browser with a profile of its own.
pub(crate) struct Chrome {
    driver: WebDriver,
    tools: ChromeDevTools,
    _process: Process,
    _profile: TempDir,
}

/// chromedriver in a process namespace of its own: whatever it started ends with it.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Chrome {
    pub(crate) async fn start() -> Self {
        Self::start_by(&["unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "chromedriver"]).await
    }

    /// With `chromedriver` run by these words, which decide what the browser can reach.
    pub(crate) async fn start_by(words: &[&str]) -> Self {
        let (process, port) = driver(words);
        let profile = tempfile::tempdir().unwrap();
        let mut wanted = DesiredCapabilities::chrome();
        for argument in ARGUMENTS {
            wanted.add_arg(argument).unwrap();
        }
        wanted.add_arg(&format!("--user-data-dir={}", profile.path().display())).unwrap();
        let mut wanted: Capabilities = wanted.into();
        wanted.insert_base_capability("goog:loggingPrefs".to_owned(), json!({ "browser": "ALL" }));
        // Its client shares the library of the panel's, which has no cryptography of its own.
        l4d2web::fetch::use_ring();
        let driver = WebDriver::new(format!("http://127.0.0.1:{port}"), wanted).await.expect("Chromium starts");
        driver.set_script_timeout(PATIENCE * 2).await.unwrap();
        let tools = ChromeDevTools::new(driver.handle.clone());
        let chrome = Self { driver, tools, _process: process, _profile: profile };
        chrome.tell("Page.addScriptToEvaluateOnNewDocument", json!({ "source": WITNESS })).await;
        chrome.look(1280, Theme::Light).await;
        chrome
    }

    async fn tell(&self, command: &str, arguments: Value) -> Value {
        self.tools.execute_cdp_with_params(command, arguments).await.unwrap()
    }

    /// A window of this width, as a phone when it is narrow; nothing moves by itself.
    pub(crate) async fn look(&self, width: u32, theme: Theme) {
        let phone = width < 600;
        let height = if phone { 800 } else { 900 };
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": phone });
        self.tell("Emulation.setDeviceMetricsOverride", metrics).await;
        self.tell("Emulation.setTouchEmulationEnabled", json!({ "enabled": phone })).await;
        let features = json!([
            { "name": "prefers-color-scheme", "value": theme.name() },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        self.tell("Emulation.setEmulatedMedia", json!({ "features": features })).await;
    }

    /// From the next page on, pages run no scripts.
    pub(crate) async fn without_scripts(&self) {
        self.tell("Emulation.setScriptExecutionDisabled", json!({ "value": true })).await;
    }

    /// Something that a finger does at a point of the window.
    pub(crate) async fn touch(&self, what: &str, point: Option<(f64, f64)>) {
        let points: Vec<_> = point.iter().map(|(x, y)| json!({ "x": x, "y": y })).collect();
        self.tell("Input.dispatchTouchEvent", json!({ "type": what, "touchPoints": points })).await;
    }

    /// How many bytes a second can be sent; none: as many as the machine can.
    pub(crate) async fn throttle(&self, upload: Option<u32>) {
        self.tell("Network.enable", json!({})).await;
        let upload = upload.map_or(-1_i64, i64::from);
        let conditions =
            json!({ "offline": false, "latency": 0, "downloadThroughput": -1, "uploadThroughput": upload });
        self.tell("Network.emulateNetworkConditions", conditions).await;
    }

    /// Puts files of this machine into a field of a form, also one that is not shown.
    pub(crate) async fn choose(&self, selector: &str, files: &[&Path]) {
        let root = self.tell("DOM.getDocument", json!({ "depth": 0 })).await;
        let found = json!({ "nodeId": root["root"]["nodeId"], "selector": selector });
        let node = self.tell("DOM.querySelector", found).await;
        self.tell("DOM.setFileInputFiles", json!({ "nodeId": node["nodeId"], "files": files })).await;
    }

    /// A picture of the whole page.
    pub(crate) async fn picture(&self, path: &Path) {
        use std::io::Write as _;
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let encoded =
            self.tell("Page.captureScreenshot", json!({ "format": "png", "captureBeyondViewport": true })).await;
        let bytes = decode(encoded["data"].as_str().unwrap());
        std::fs::File::create(path).unwrap().write_all(&bytes).unwrap();
    }

    /// What a script returns.
    pub(crate) async fn run(&self, script: &str) -> Value {
        self.driver.execute(script, vec![]).await.unwrap_or_else(|error| panic!("{script}\n{error}")).json().clone()
    }

    /// As [`Chrome::run`], for a script that returns a promise.
    pub(crate) async fn run_async(&self, script: &str) -> Value {
        let script =
            format!("const done = arguments[0]; (async () => {{ {script} }})().then(done, (e) => done(String(e)))");
        self.driver
            .execute_async(script.as_str(), vec![])
            .await
            .unwrap_or_else(|error| panic!("{script}\n{error}"))
            .json()
            .clone()
    }

    /// Waits until `condition`, an expression, is true on whatever page is there by then.
    pub(crate) async fn until(&self, condition: &str) {
        let end = Instant::now() + PATIENCE;
        let script = format!(
            "const done = arguments[0]; const test = () => {{ try {{ return {condition}; }} catch {{ return false; }} }};
             if (test()) return done(true);
             const stop = (is) => {{ watch.disconnect(); clearInterval(tick); done(is); }};
             const watch = new MutationObserver(() => test() && stop(true));
             watch.observe(document, {{ subtree: true, childList: true, attributes: true, characterData: true }});
             const tick = setInterval(() => test() && stop(true), 100);
             setTimeout(() => stop(false), 10000);"
        );
        while Instant::now() < end {
            // A page that goes away takes the script with it; then the next one is asked.
            if let Ok(found) = self.driver.execute_async(script.as_str(), vec![]).await
                && found.json() == &Value::Bool(true)
            {
                return;
            }
        }
        let page = self.driver.execute("return location.href + '\\n' + document.body.innerText", vec![]).await;
        panic!("{condition} did not come true on\n{}", page.unwrap().json().as_str().unwrap_or_default());
    }

    /// Clicks what a selector finds.
    pub(crate) async fn click(&self, selector: &str) {
        let element = self.driver.find(By::Css(selector)).await.unwrap_or_else(|error| panic!("{selector}: {error}"));
        element.click().await.unwrap_or_else(|error| panic!("{selector}: {error}"));
    }

    /// Types into what a selector finds, in place of what is there.
    pub(crate) async fn fill(&self, selector: &str, text: &str) {
        let element = self.driver.find(By::Css(selector)).await.unwrap_or_else(|error| panic!("{selector}: {error}"));
        element.clear().await.unwrap();
        element.send_keys(text).await.unwrap_or_else(|error| panic!("{selector}: {error}"));
    }

    /// What the console and the Content Security Policy had to complain about since the last call.
    pub(crate) async fn complaints(&self) -> Vec<String> {
        let reports = self.run("const all = window.__violations ?? []; window.__violations = []; return all").await;
        let mut all: Vec<String> =
            reports.as_array().unwrap().iter().map(|report| format!("policy: {}", report.as_str().unwrap())).collect();
        let log = self.driver.handle.cmd(ConsoleLog).await.unwrap().value_json().unwrap();
        let entries =
            log.as_array().unwrap().iter().filter(|entry| entry["level"] != "INFO" && entry["level"] != "DEBUG");
        let messages = entries.map(|entry| entry["message"].as_str().unwrap());
        // A form that is refused, and a page that is a refusal, are what was asked for. No file of ours, fragment or stream may be missing.
        let page = self.run("return location.href").await;
        let page = page.as_str().unwrap_or_default();
        let refusal = |message: &&str| {
            let status = |code: &str| message.contains(&format!("responded with a status of {code}"));
            status("422") || status("409") || (status("4") && message.split(' ').next() == Some(page))
        };
        all.extend(messages.filter(|message| !refusal(message)).map(|message| format!("console: {message}")));
        all
    }
}

impl Drop for Chrome {
    fn drop(&mut self) {
        // The process takes its windows with it.
        let _ = self.driver.clone().leak();
    }
}

impl Deref for Chrome {
    type Target = WebDriver;

    fn deref(&self) -> &WebDriver {
        &self.driver
    }
}

/// Keeps what the policy forbade, from before the page's first script.
const WITNESS: &str = "window.__violations = []; document.addEventListener('securitypolicyviolation', \
                       (e) => window.__violations.push(e.violatedDirective + ' ' + e.blockedURI + ' ' + e.sourceFile));";

/// Starts the driver on a port that it chooses. It takes one that is free for IPv4 and may then find it in use for IPv6: another try
/// gets another.
fn driver(words: &[&str]) -> (Process, u16) {
    let mut said = Vec::new();
    for _ in 0..5 {
        let child = Command::new(words[0])
            .args(&words[1..])
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", words.join(" ")));
        let mut process = Process(child);
        let mut lines = BufReader::new(process.0.stdout.take().unwrap()).lines().map_while(Result::ok);
        let port = lines.by_ref().inspect(|line| said.push(line.clone())).find_map(|line| {
            line.strip_prefix("ChromeDriver was started successfully on port ")?.trim_end_matches('.').parse().ok()
        });
        if let Some(port) = port {
            std::thread::spawn(move || lines.for_each(drop));
            return (process, port);
        }
    }
    panic!("{} does not start:\n{}", words.join(" "), said.join("\n"));
}

/// The browser's console.
#[derive(Debug)]
struct ConsoleLog;

impl thirtyfour::common::command::FormatRequestData for ConsoleLog {
    fn format_request(&self, session: &thirtyfour::SessionId) -> thirtyfour::RequestData {
        thirtyfour::RequestData::new(axum::http::Method::POST, format!("/session/{session}/se/log"))
            .add_body(json!({ "type": "browser" }))
    }
}

/// Base64.
fn decode(text: &str) -> Vec<u8> {
    let value = |byte| match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        _ => 63,
    };
    let sixes: Vec<u8> = text.bytes().filter(|byte| *byte != b'=').map(value).collect();
    let mut bytes = Vec::with_capacity(sixes.len() * 3 / 4);
    for group in sixes.chunks(4) {
        let bits = group.iter().fold(0u32, |bits, six| bits << 6 | u32::from(*six)) << (6 * (4 - group.len()));
        bytes.extend_from_slice(&bits.to_be_bytes()[1..group.len()]);
    }
    bytes
}
