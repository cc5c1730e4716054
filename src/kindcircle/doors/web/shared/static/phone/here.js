// Where this site was never kept on this device, this is all that is loaded of it.

if (await navigator.serviceWorker?.getRegistration("/")) await import("./settle.js");
