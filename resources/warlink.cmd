@"%~dp0WarLink.exe" %*
@exit /b %errorlevel%
