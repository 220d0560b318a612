// Load what every page uses.
import { startTheme } from "./theme.js";
import { startClosing } from "./closing.js";
import { startForms } from "./forms.js";

startTheme();
startClosing();
startForms();
